import { isMessage, type Message } from './messages.ts'

/** Where the tabs of a browser hear each other. */
export interface Channel {
  post(message: Message): void
  close(): void
}

/** Opens a channel to all other tabs; `undefined` where there is none: then nobody hears of anybody. */
export type OpenChannel = (name: string, onMessage: (message: Message) => void) => Channel | undefined

export const openBroadcast: OpenChannel = (name, onMessage) => {
  if (typeof BroadcastChannel === 'undefined') return undefined
  const channel = new BroadcastChannel(name)
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (isMessage(data)) onMessage(data)
  }
  return {
    post: (message) => channel.postMessage(message),
    close: () => channel.close(),
  }
}
