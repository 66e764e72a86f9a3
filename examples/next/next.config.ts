// The folder itself is the root: there is another lockfile above it.

import type { NextConfig } from 'next';

const config: NextConfig = { turbopack: { root: import.meta.dirname } };

export default config;
