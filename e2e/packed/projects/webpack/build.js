import webpack from 'webpack'

// As webpack is without settings, but for the mode; it empties no folder, so the page in it stays.
webpack({ mode: 'production', entry: './src/index.js', output: { filename: 'index.js' } }, (error, stats) => {
  if (error) throw error
  console.log(stats.toString({ colors: false }))
  if (stats.hasErrors() || stats.hasWarnings()) process.exitCode = 1
})
