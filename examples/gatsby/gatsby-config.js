// Where the stats come from is one line. Without the variable, the service that `npm start` runs on this machine is asked.

module.exports = {
  jsxRuntime: 'automatic',
  siteMetadata: { title: 'My Peloton statistics' },
  plugins: [
    {
      resolve: 'gatsby-source-peloton-stats',
      options: { baseUrl: process.env.PELOTON_STATS_URL || 'http://127.0.0.1:7071' },
    },
  ],
};
