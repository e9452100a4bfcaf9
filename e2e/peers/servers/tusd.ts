import { goProgram, type GoProgram } from './go-program.ts'

/** tusd, the server of the tus project. */
export const tusd: GoProgram = goProgram(new URL('../tusd', import.meta.url), 'tusd', 'github.com/tus/tusd/v2/cmd/tusd')
