import type { Upload } from '@chunkwise/client'
import { useUpload } from '@chunkwise/react'
import { memo, useId } from 'react'
import { chooseOne } from '../choose-again.ts'
import { rowView } from '../row-view.ts'

interface RowProps {
  readonly upload: Upload
  readonly remove: (upload: Upload) => void
}

export const Row = memo(({ upload, remove }: RowProps) => {
  const view = rowView(upload, useUpload(upload))
  const id = useId()
  const acts = {
    Pause: upload.pause,
    Resume: upload.resume,
    Retry: upload.retry,
    'Choose the file again': () => void chooseOne(true).then((file) => file && upload.choose(file)),
    Cancel: () => void upload.cancel(),
    Remove: () => remove(upload),
  }
  return (
    <li className="row" data-tone={view.tone} {...view.labels}>
      <div className="row-body" role="group" aria-labelledby={id}>
        <span className="badge" aria-hidden="true">
          {view.badge}
        </span>
        <p className="name" id={id} title={upload.name}>
          <bdi className="stem">{upload.name}</bdi>
        </p>
        <p className="status">
          <b className="word">{view.status}</b> <span className="detail">{view.detail}</span>
        </p>
        <div
          className="bar"
          role="progressbar"
          aria-labelledby={id}
          aria-valuenow={view.percent}
          aria-valuetext={view.text}
        >
          <span className="bar-sent" style={{ transform: view.sent }} />
          <span className="bar-confirmed" style={{ transform: view.confirmed }} />
        </div>
        <p className="amount">{view.amount}</p>
        <p className="percent">{view.percent} %</p>
        <div className="actions">
          {view.call && (
            <button className="button first" data-action={view.call} aria-describedby={id} onClick={acts[view.call]}>
              {view.call}
            </button>
          )}
          <button className="button end" aria-describedby={id} onClick={acts[view.end]}>
            {view.end}
          </button>
        </div>
      </div>
    </li>
  )
})
