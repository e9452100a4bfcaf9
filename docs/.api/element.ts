export * from '../../packages/element/src/index.ts'
