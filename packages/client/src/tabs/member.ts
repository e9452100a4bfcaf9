import { UploadError } from '../errors.ts'
import type { FileRecord } from '../held-file.ts'
import type { UploadState } from '../machine.ts'
import type { Seat } from '../seat.ts'
import { holdsSlot, isFollowing } from '../standing.ts'
import type { Complete } from '../types.ts'
import type { InnerUpload } from '../upload.ts'
import { createGrip } from './grip.ts'
import type { Address, Message, Word } from './messages.ts'
import type { TabsOptions } from './tabs.ts'

/** What an upload needs of the tabs of its uploader. */
export interface Surroundings extends Pick<TabsOptions, 'clock' | 'journal' | 'locks' | 'scope' | 'place' | 'budget'> {
  post(address: Pick<Address, 'name' | 'key'>, word: Word): void
  /** Whether the page is in the back/forward cache; nobody takes anything until it is back. */
  isAway(): boolean
  back(): Promise<void>
  /** What another tab completed, if it was heard here. */
  completed(name: string): { readonly complete: Complete; readonly at: number } | undefined
  enter(member: Member): void
  exit(member: Member): void
  /** Whether other tabs may have written records since this was asked last. */
  isFresh(): boolean
}

/** One upload of this page, as its tabs see it. */
export interface Member {
  isAbout(message: Message): boolean
  hear(message: Message): void
  /** Lets go of everything at once: the page is put aside. */
  suspend(): void
  /** The page is back. */
  goOn(): void
}

/** How far an upload is, is told at most this often but for what is confirmed, in milliseconds. */
const tellEveryMs = 100
/** So long the tab that ends an upload waits for those who have to know it, in milliseconds. */
const seenMs = 1_000
/** So long a person's wish to cancel waits for the tab that has the upload, in milliseconds. */
const cancelMs = 5_000

/** The seat of an upload: it watches the upload, and does what follows for the tabs. */
export function createSeat(upload: InnerUpload, around: Surroundings): Seat {
  const { clock, journal, scope, post } = around
  const { known } = upload.file
  const grip = createGrip(upload, around)
  /** Other pages that wait to hear how it ends. */
  const followers = new Set<string>()
  let name = known.samples && nameOf(contentOf(known))
  let before = upload.getState()
  let unsubscribe: (() => void) | undefined
  let waiting: AbortController | undefined
  // A person wants it paused or cancelled: until the tab that has it says so, its progress is no news.
  let asked = false
  // What happens now was another tab's doing.
  let heeding = false
  let ended: boolean | Complete | undefined
  let toldAt = -Infinity
  // When it was asked for here, and another tab had it.
  let wantedAt = -Infinity
  let onSeen: (() => void) | undefined
  let onEnded: ((dropped: boolean) => void) | undefined
  // What is let go of, until it is.
  let leaving: Promise<void> | undefined

  function nameOf(content: string): string {
    return `chunkwise ${scope} ${content}`
  }

  const say = (word: Word): void => post({ name, key: known.key }, word)

  function enter(): void {
    if (unsubscribe) return
    before = upload.getState()
    unsubscribe = upload.subscribe(changed)
    around.enter(member)
    say({ type: 'asked' })
  }

  function exit(): void {
    waiting?.abort()
    unsubscribe?.()
    unsubscribe = undefined
    around.exit(member)
  }

  const grab = (wait: boolean, signal: AbortSignal): Promise<boolean> => grip.take(name, wait, signal)

  /** Says why, and lets go. */
  function letGo(word?: Word): void {
    const release = grip.open()
    leaving = (async () => {
      // What is said has to be heard, and what is remembered be there, before the next tab looks for it; who is put aside cannot wait.
      if (word) await announce(word)
      if (!around.isAway()) await journal.settled()
      release()
      if (upload.getState().status === 'failed' && !grip.hasPlace) exit()
    })()
  }

  /** Says something that those who follow have to know before anything else happens. */
  async function announce(word: Word): Promise<void> {
    say(word)
    if (followers.size === 0) return
    const over = new AbortController()
    const seen = new Promise<void>((resolve) => (onSeen = resolve))
    await Promise.race([seen, clock.sleep(seenMs, over.signal).catch(() => {})])
    over.abort()
    followers.clear()
  }

  function changed(state: UploadState): void {
    const was = before
    before = state
    if (grip.isMine && holdsSlot(state)) return tellProgress(state, was)
    // The work of these asks for what it needs.
    if (state.status === 'completed' || state.status === 'cancelled') return
    const byPerson = state.status === 'paused' && state.reason === 'user'
    if (grip.isMine && state.status === 'failed') {
      const { code, message, status } = state.error
      letGo({ type: 'failed', code, message, status })
    } else if (grip.isMine && state.status !== 'queued') letGo(byPerson ? { type: 'paused' } : undefined)
    else if (state.status === 'failed') letGo()
    else if (isFollowing(was) && byPerson && !heeding) {
      asked = true
      say({ type: 'pause' })
    }
    if (isFollowing(state)) wait()
    else waiting?.abort()
  }

  function tellProgress(state: UploadState, was: UploadState, first = false): void {
    grip.stay()
    const now = clock.now()
    const moved = state.offset !== was.offset || state.session !== was.session || state.unanswered !== was.unanswered
    if (!first && !moved && now - toldAt < tellEveryMs) return
    toldAt = now
    const { session, offset, sent, restarts, poisoned, unanswered, speed, timeLeft } = state
    const facts = { session, offset, sent, restarts, poisoned, unanswered, speed, timeLeft }
    say({ type: 'sending', first, facts })
  }

  /** Waits until whoever has it lets go. */
  function wait(): void {
    if (waiting || around.isAway() || name === undefined) return
    const mine = (waiting = new AbortController())
    grab(true, mine.signal)
      .finally(() => (waiting = waiting === mine ? undefined : waiting))
      .then(goOnUnlessPaused)
      .catch(() => {})
  }

  // Whoever had it may have let go because a person paused it, after it was wanted here, and this page not have heard of that.
  async function goOnUnlessPaused(): Promise<void> {
    const records = await journal.list()
    const record = records.find((each) => each.samples && nameOf(contentOf(each)) === name)
    if (!isFollowing(upload.getState())) return letGo()
    if (record?.paused && record.updatedAt > wantedAt) heed(() => upload.dispatch({ type: 'pause', reason: 'user' }))
    else upload.dispatch({ type: 'resume' })
  }

  const heed = (act: () => void): void => {
    heeding = true
    act()
    heeding = false
  }

  const member: Member = {
    isAbout: (message) => message.key === known.key || (name !== undefined && message.name === name),
    hear(message) {
      const state = upload.getState()
      name ??= message.name
      switch (message.type) {
        case 'asked':
        case 'wanted':
          if (grip.isMine) {
            followers.add(message.from)
            if (holdsSlot(state)) tellProgress(state, state, true)
          } else if (message.type === 'wanted') grip.leavePlace()
          break
        case 'sending':
          if (grip.isMine) break
          if (message.first) asked = false
          if (!asked) heed(() => upload.dispatch({ type: 'followed', facts: message.facts }))
          break
        case 'paused':
          say({ type: 'seen' })
          asked = false
          if (!grip.isMine) heed(() => upload.dispatch({ type: 'pause', reason: 'user' }))
          break
        case 'pause':
        case 'cancel':
          // Who only follows waits for it no longer, or would go on where the tab that has it dies over this.
          if (!grip.isMine && !grip.hasPlace) heed(() => upload.dispatch({ type: 'pause', reason: 'user' }))
          else if (message.type === 'pause') upload.pause()
          else void upload.cancel()
          break
        case 'failed': {
          say({ type: 'seen' })
          const error = new UploadError(message.code, message.message, { status: message.status })
          if (isFollowing(state)) upload.dispatch({ type: 'errored', error, retryIn: undefined })
          break
        }
        case 'completed':
          say({ type: 'seen' })
          // Its work lets go; who is sending already learns it from the server.
          if (!holdsSlot(state) || state.status === 'preparing') {
            ended = message.complete
            upload.dispatch({ type: 'completed', complete: message.complete })
          }
          break
        case 'cancelled':
          say({ type: 'seen' })
          if (grip.isMine) void upload.cancel()
          else {
            ended = message.dropped
            upload.dispatch({ type: 'cancel' })
            onEnded?.(message.dropped)
          }
          break
        case 'seen':
          followers.delete(message.from)
          if (followers.size === 0) onSeen?.()
          break
      }
    },
    suspend() {
      waiting?.abort()
      if (grip.isMine) upload.dispatch({ type: 'pause', reason: 'tab' })
      grip.leavePlace()
    },
    goOn() {
      if (isFollowing(upload.getState())) wait()
    },
  }

  enter()

  return {
    async take(content, signal) {
      await around.back()
      name = nameOf(content)
      ended = undefined
      enter()
      const elsewhere = around.completed(name)
      if (elsewhere && elsewhere.at >= known.createdAt) {
        upload.dispatch({ type: 'completed', complete: elsewhere.complete })
        return undefined
      }
      await leaving
      const mine = grip.isMine || (await grab(false, signal))
      if (mine && signal.aborted) letGo()
      signal.throwIfAborted()
      if (!mine) {
        // What was remembered when the file was added is the other tab's to remember now.
        if (!known.samples) void journal.forget(known.key)
        wantedAt = clock.now()
        say({ type: 'wanted' })
        upload.dispatch({ type: 'pause', reason: 'tab' })
        return undefined
      }
      await grip.enter(signal)
      const state = upload.getState()
      tellProgress(state, state, true)
      return around.isFresh()
    },
    async drop() {
      if (typeof ended === 'boolean') return ended
      if (grip.isMine || name === undefined) return undefined
      waiting?.abort()
      const { signal } = (waiting = new AbortController())
      try {
        enter()
        await leaving
        if (await grab(false, signal)) return undefined
        say({ type: 'cancel' })
        const word = new Promise<boolean>((resolve) => (onEnded = resolve))
        const freed = grab(true, signal).then(() => undefined)
        return await Promise.race([word, freed, clock.sleep(cancelMs, signal).then(() => false)])
      } finally {
        waiting.abort()
      }
    },
    async tell(end) {
      if (ended !== undefined || !unsubscribe) return
      ended = end
      if (typeof end === 'boolean') return announce({ type: 'cancelled', dropped: end })
      const { url, answer, verified } = end
      return announce({ type: 'completed', complete: { url, answer, verified } })
    },
    leave() {
      letGo()
      grip.leavePlace()
      exit()
    },
  }
}

// As an upload is taken by, of a file that was read.
const contentOf = ({ fingerprint, samples }: FileRecord): string => JSON.stringify([fingerprint, samples])
