// The front page: only a way to the statistics. The default export is Gatsby's rule for pages.

import { Link } from 'gatsby';

export default function HomePage() {
  return (
    <main>
      <h1>A site with statistics</h1>
      <p>
        <Link to="/statistics/">My Peloton statistics</Link>
      </p>
    </main>
  );
}

export function Head() {
  return (
    <>
      <html lang="en" />
      <title>A site with statistics</title>
    </>
  );
}
