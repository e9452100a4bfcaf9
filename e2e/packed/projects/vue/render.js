// As a server renders it.
import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'
import Uploads from './on-server/Uploads.js'

console.log(await renderToString(createSSRApp(Uploads)))
