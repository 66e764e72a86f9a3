// The names of the blobs; docs/architecture.md has their contents.

export const latestBlob = 'latest.json';
export const historyBlob = 'history.json';
export const daysPrefix = 'history/';
export const dayBlob = (date: string): string => `${daysPrefix}${date}.json`;
export const rawBlob = (date: string): string => `raw/${date}.json`;
export const stateBlob = 'state.json';
