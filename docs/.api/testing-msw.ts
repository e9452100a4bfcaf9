export * from '../../packages/testing/src/msw.ts'
