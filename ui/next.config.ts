import type { NextConfig } from 'next';

const config: NextConfig = {
  // The server is C++: what ships is files.
  output: 'export',
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
};

export default config;
