// The process that sends uploads to a server. It ends with the process that started it.
import { answerLoads } from './answer-loads.ts'
import { sendLoad } from './load.ts'

answerLoads(sendLoad)
