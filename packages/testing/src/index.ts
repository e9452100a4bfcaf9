// What a test needs to say what its server is like.
export { basicAuth, tokenAuth, UploadProblem } from '@chunkwise/server'
export { createFakeClock, settle, type FakeClock, type TestClock } from './clock.ts'
export { courseOf, type Course, type Substitute } from './course.ts'
export { createFaultServer, type FaultServer, type FaultServerOptions } from './fault-server.ts'
export { kindOf, type Kind } from './kind.ts'
export { tell, type LogEntry } from './log.ts'
export { createPlay, type Play } from './play.ts'
export {
  readScript,
  type Entry,
  type Fault,
  type Json,
  type Placed,
  type Plain,
  type Script,
  type Step,
} from './script.ts'
export type { ErrorClass, TransportedReply, TransportedRequest, TransportLike } from './transport.ts'
