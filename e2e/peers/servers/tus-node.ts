import { createServer } from 'node:http'
import { tusListener } from '../../bench/server/tus.ts'

// @tus/server as a process of its own, so that it can really be killed.

const [port, directory] = process.argv.slice(2)
if (port === undefined || directory === undefined) throw new Error('Expected a port and a folder for uploads')
createServer(tusListener(directory, '/api/uploads')).listen(Number(port), '127.0.0.1')
