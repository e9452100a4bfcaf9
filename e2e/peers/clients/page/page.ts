import * as released from 'tus-js-client'
import * as preview from 'tus-js-client-5'
import type { Order, Orders, Tell } from '../run.ts'
import { startUpload } from '../tus-upload.ts'
import type { Wish } from '../wish.ts'
import { startUppy } from './uppy.ts'

/** What a test can ask of the page. */
export interface ClientPage {
  /** Everything that the client has called back. */
  readonly told: readonly string[]
  /** Sends the file that was chosen. */
  begin(client: keyof typeof clients, wish: Wish): Promise<void>
  order(order: Order): Promise<void>
}

declare global {
  interface Window {
    page: ClientPage
  }
}

const clients = {
  '4.3.1': (file: File, wish: Wish, tell: Tell) =>
    startUpload(
      (options) => new released.Upload(wish.stream ? file.stream().getReader() : file, options),
      ...([wish, tell] as const),
    ),
  '5.0.0-pre2': (file: File, wish: Wish, tell: Tell) =>
    startUpload((options) => new preview.Upload(wish.stream ? file.stream() : file, options), wish, tell),
  uppy: startUppy,
}

const told: string[] = []
let orders: Orders | undefined

window.page = {
  told,
  async begin(client, wish) {
    const file = document.querySelector('input')?.files?.[0]
    if (file === undefined) throw new Error('Expected a file to be chosen')
    orders = await clients[client](file, wish, (event) => void told.push(event))
  },
  async order(order) {
    await orders?.[order]()
  },
}
