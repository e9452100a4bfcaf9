// That is how an app takes it in.
// oxlint-disable import/no-unassigned-import
import '@chunkwise/element'
