import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import * as released from 'tus-js-client'
import * as preview from 'tus-js-client-5'
import { FileUrlStorage } from 'tus-js-client-5/node/FileUrlStorage'
import type { ProgramArguments } from './program.ts'
import type { Order, Orders } from './run.ts'
import { startUpload } from './tus-upload.ts'

// A process of its own: uploads a file with tus-js-client, and ends when the client has nothing left to do.

const [version = '', text = ''] = process.argv.slice(2)
const { path, memory, wish } = JSON.parse(text) as ProgramArguments
const file = createReadStream(path)
const source = wish.stream ? Readable.from(file) : file
// The released version has it too; its types do not.
const { FileUrlStorage: ReleasedStorage } = released as unknown as { FileUrlStorage: typeof FileUrlStorage }

const tell = (event: string): void => void process.stdout.write(`${JSON.stringify(event)}\n`)

const versions: Readonly<Record<string, () => Promise<Orders>>> = {
  '4.3.1': () => {
    const own = { urlStorage: new ReleasedStorage(memory) as never }
    return startUpload((options) => new released.Upload(source as never, Object.assign(options, own)), wish, tell)
  },
  '5.0.0-pre2': () => {
    const own = { urlStorage: new FileUrlStorage(memory) }
    return startUpload((options) => new preview.Upload(source, Object.assign(options, own)), wish, tell)
  },
}
const start = versions[version]
if (start === undefined) throw new Error(`Expected one of ${Object.keys(versions).join(', ')}, got ${version}`)
const orders = await start()

process.on('message', (order: Order) => {
  // Whoever is paused has nothing to do, and is not at an end all the same.
  if (order === 'pause') process.channel?.ref()
  else process.channel?.unref()
  void orders[order]().then(() => process.send?.(order))
})
process.channel?.unref()
