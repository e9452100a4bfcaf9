export * from '../../packages/vue/src/index.ts'
