export * from '../../packages/react/src/index.ts'
