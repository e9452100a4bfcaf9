import fc from 'fast-check'
import { expect, test } from 'vitest'
import { problemStatus, readProblem, writeProblem, type Problem, type ProblemCode } from './problem.ts'

const codes = Object.keys(problemStatus) as ProblemCode[]

test('reads what it wrote', () => {
  const problem = fc.record(
    { code: fc.constantFrom(...codes), detail: fc.string(), offset: fc.maxSafeNat() },
    { requiredKeys: ['code', 'detail'] },
  )
  fc.assert(
    fc.property(problem, (value) => {
      expect(readProblem(writeProblem(value as Problem))).toEqual(value)
    }),
  )
})

test('reads nothing into other bodies', () => {
  fc.assert(
    fc.property(fc.anything(), (body) => {
      const read = readProblem(body)
      if (read) expect(codes).toContain(read.code)
    }),
  )
  expect(readProblem({ code: 'toString' })).toBeUndefined()
  expect(readProblem({ code: 'locked', offset: -1 })).toEqual({ code: 'locked', detail: '' })
})
