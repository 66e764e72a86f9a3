// The frame of every page. The default export is Next's rule.

import type { Metadata } from 'next';
import type { ReactNode } from 'react';

export const metadata: Metadata = { title: 'My Peloton statistics' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <main>
          <h1>My Peloton statistics</h1>
          {children}
        </main>
      </body>
    </html>
  );
}
