// A value that is made on first use and then kept. Callers that come while it is being made share the wait. A failure is not kept:
// the next caller tries again.

export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    if (made) return made;
    const making = make();
    made = making;
    making.catch(() => {
      made = undefined;
    });
    return making;
  };
}
