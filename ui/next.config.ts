import type { NextConfig } from 'next';

const config: NextConfig = {
  // The server is C++: what ships is files.
  output: 'export',
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  // `npm run lint` checks the types; checking them twice costs every build half a minute.
  typescript: { ignoreBuildErrors: true },
};

export default config;
