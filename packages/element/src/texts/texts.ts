import type { ErrorCode, Status } from '@chunkwise/client'

/** Where an upload stands, as a row says it: a status, or what a status says more closely. */
export type Standing =
  | Exclude<Status, 'completing'>
  | 'hashing'
  | 'verifying'
  | 'signedOut'
  | 'fileNeeded'
  | 'permissionNeeded'
  | 'otherTab'

/** What a button of a row does. */
export type Action = 'start' | 'pause' | 'resume' | 'retry' | 'chooseAgain' | 'cancel' | 'remove'

/** What is said before there is an upload. */
export interface ZoneTexts {
  /** Names the whole element where no `<label>` does. */
  readonly label: string
  readonly drop: string
  readonly dropOne: string
  readonly choose: string
  readonly chooseOne: string
  /** Files beyond the one that an element without `multiple` takes. */
  readonly onlyOne: string
  /** Why a form cannot be sent yet. */
  readonly required: string
  readonly unfinished: string
}

/** What is said of uploads. Amounts come as texts with their unit, by the rules of `locale`. */
export interface ListTexts {
  /** For figures: `en`, `de-AT`. */
  readonly locale: string
  readonly details: string
  readonly actions: Readonly<Record<Action, string>>
  readonly standings: Readonly<Record<Standing, string>>
  /** What each error means to a person, and what to do about it. */
  readonly causes: Readonly<Record<ErrorCode, string>>
  amount(offset: string, size: string): string
  pace(speed: string, timeLeft: string): string
  hashed(percent: string): string
  /** Why it waits, and until when: `undefined` for now. */
  again(cause: string, duration: string | undefined): string
  readonly offline: string
  /** Paused, and this much is there. */
  safe(offset: string): string
  readonly signIn: string
  readonly otherTab: string
  readonly permission: string
  /** The file is missing: it goes on from there, or from the beginning. */
  fileFrom(offset: string | undefined): string
  readonly unverified: string
  /** Said while it is sent. */
  sent(percent: string): string
  legend(confirmed: string, inFlight: string, rest: string): string
  /** The server kept what a cancelled upload had. */
  readonly kept: string
}

/** All that the element says. */
export interface Texts extends ZoneTexts, ListTexts {}
