// That is how an app takes it in.
// oxlint-disable import/no-unassigned-import
import 'filepond/dist/filepond.min.css'

export { create } from 'filepond'
