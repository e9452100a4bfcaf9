import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isMessage, type Message } from './messages.ts'

const address = { from: 'page', name: 'lock', key: '1' }
const facts = {
  ...{ session: undefined, offset: 1, sent: 2, restarts: 0, poisoned: false },
  ...{ unanswered: undefined, speed: undefined, timeLeft: undefined },
}
const complete = { url: undefined, answer: {}, verified: true }
const messages: readonly Message[] = [
  { ...address, type: 'asked' },
  { ...address, name: undefined, type: 'wanted' },
  { ...address, type: 'sending', first: true, facts },
  { ...address, type: 'pause' },
  { ...address, type: 'cancel' },
  { ...address, type: 'paused' },
  { ...address, type: 'failed', code: 'rejected', message: 'no', status: undefined },
  { ...address, type: 'completed', complete },
  { ...address, type: 'cancelled', dropped: true },
  { ...address, type: 'seen' },
]

test('what tabs say is understood', () => {
  expect(messages.filter(isMessage)).toEqual(messages)
})

test('what it would do harm to believe is looked at: other code of the site may speak there', () => {
  for (const message of messages) {
    for (const part of ['from', 'key', 'type', 'name', 'facts', 'complete']) {
      const odd = { ...message, [part]: Symbol('odd') }
      if (part in message) expect([message.type, part, isMessage(odd)]).toEqual([message.type, part, false])
    }
  }
  for (const count of ['offset', 'sent', 'restarts'])
    expect(isMessage({ ...address, type: 'sending', first: true, facts: { ...facts, [count]: -1 } })).toBe(false)
})

test('anything else is survived', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(isMessage(value)).toBe(false)
    }),
  )
})
