import type { Uploader } from '@chunkwise/client'
import { useUploaderState } from '@chunkwise/react'
import { totalView } from '../total-view.ts'

export function Total({ uploader }: { readonly uploader: Uploader }) {
  const state = useUploaderState(uploader)
  const view = totalView(state)
  if (state.uploads.length === 0)
    return <p className="nothing">Nothing yet. Choose something large, and reload the page in the middle.</p>
  return (
    <div className="totals">
      <p className="totals-main">
        <b className="totals-share">{view.share}</b>
        <span className="totals-amount">{view.amount}</span>
      </p>
      <p className="totals-counts" role="status">
        {view.counts}
      </p>
      <p className="totals-pace">{view.pace}</p>
      <div className="bar bar-thin" aria-hidden="true">
        <span className="bar-sent" style={{ transform: view.sent }} />
        <span className="bar-confirmed" style={{ transform: view.confirmed }} />
      </div>
    </div>
  )
}
