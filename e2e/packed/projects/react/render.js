// As a server renders it.
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { Uploads } from './on-server/uploads.js'

console.log(renderToString(createElement(Uploads)))
