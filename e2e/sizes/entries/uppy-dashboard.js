// That is how an app takes it in.
// oxlint-disable import/no-unassigned-import
import '@uppy/core/css/style.min.css'
import '@uppy/dashboard/css/style.min.css'

export { default as Uppy } from '@uppy/core'
export { default as Dashboard } from '@uppy/dashboard'
export { default as Tus } from '@uppy/tus'
