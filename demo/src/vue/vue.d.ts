// Enough for the page that mounts it: what is inside a component is checked by Vue's compiler alone.
declare module '*.vue' {
  import type { Component } from 'vue'
  const component: Component
  export default component
}
