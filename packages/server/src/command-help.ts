/** What `--help` prints. */
export const help: string = `Usage: chunkwise-server [serve|list|sweep] [options]

Takes resumable uploads in the protocols of drf-chunked-upload, tus 1.0 and the IETF draft, and keeps them in a folder.

  serve (default)       start the server
  list                  print the uploads in the folder
  sweep                 end expired uploads now (a running server does so every minute)

Where
  -p, --port 8080       port to listen on; 0 for any free one
      --host 127.0.0.1  address to listen on; 0.0.0.0 for the whole network
      --path /api/uploads/
      --origin URL      scheme and host in the urls of answers, like https://files.example
      --trust-proxy     believe X-Forwarded-Proto and X-Forwarded-Host

What is kept
  -d, --dir ./uploads   folder of the uploads
      --store s3://BUCKET/FOLDER
                        keep bytes in S3 instead, so that any number of these servers can run beside each other; keys,
                        region and endpoint as AWS has them in the environment (AWS_ACCESS_KEY_ID, AWS_REGION,
                        AWS_ENDPOINT_URL, ...)
      --redis URL       where those servers keep what they share (or REDIS_URL in the environment)
      --done-dir DIR    folder of the finished files, also on another disk
      --durability strict|relaxed
                        strict: what was answered survives a power cut
      --max-size SIZE   greatest file, like 500MB or 10GiB
      --expires 1d      how long an unfinished upload is kept after its last byte
      --keep TIME       how long a finished upload is kept (default: for ever)
      --checksum md5|sha256|none
      --names id|keep|increment|random-suffix|random
                        what finished files are called
      --existing error|overwrite|rename
                        what becomes of one whose kept name is taken

What one may take (of one owner, or of one address where nobody is signed in)
      --open-uploads 10000     unfinished uploads at once
      --uploads-per-minute N   new uploads a minute (default: any)
      --owner-bytes SIZE       bytes of all uploads, announced or stored (default: any)
      --connections 512        connections at once, by address; any number with --trust-proxy
      --min-rate 1kB           least bytes a second that a body must bring, after half a minute
      --min-chunk SIZE         least size of a chunk, but for the last one (default: any)
      --chunks-per-minute N    chunks a minute of one upload (default: any)
      --total-bytes SIZE       the same of everybody together (default: any)
      --min-free 1%            what must stay free of the disk, a share or a size
                               "none" takes a limit away

Who may
      --tokens FILE            sign in by "Authorization: Token TOKEN"
      --api-keys FILE          sign in by "X-API-Key: KEY"
      --passwords FILE         sign in by user name and password
      --signing-keys FILE      sign in by signatures (HMAC-SHA256)
                               each line of these files: OWNER=SECRET, # begins a comment
      --token OWNER=TOKEN      like --tokens, but whoever is on this machine can see it; may be repeated
      --authority URL          ask this address, which answers {"owner": "alice"}, or 401
      --forward HEADER         what it is sent of each request (Authorization); may be repeated
      --cors-origin ORIGIN     let pages of this origin upload; may be repeated

Videos (nothing is kept here but what is known of them)
      --gateway cloudflare|arvan  pass uploads on to that host: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN, and
                               CLOUDFLARE_WEBHOOK_SECRET if it sends webhooks; or ARVAN_API_KEY and ARVAN_CHANNEL_ID, in
                               the environment
      --max-seconds N          greatest duration of a video, which the host reserves

How it is
      --log none|info|debug    requests and uploads as JSON lines on standard output; debug tells secrets and
                               personal data: whole ids, names of files, addresses
      --monitor PORT           answer /live, /ready and /metrics (Prometheus) on a port of its own
      --monitor-host 127.0.0.1 address of that port

Other
      --dialects drf,tus,ietf     what is spoken (default: all)
      --compat 0.6.0|0.5.1|fork   answer exactly as that server does
      --downloads none|files|images|redirect
                                  give finished files back at UPLOAD/file/, as attachments; images: so that pages can
                                  show pictures; redirect: from S3 itself, by an address that is good for five minutes
      --json                      list as JSON lines
                        Each option can be said by the environment as well: CHUNKWISE_MAX_SIZE=10GB is --max-size 10GB
  -h, --help

Examples
  chunkwise-server --port 8080 --dir /srv/uploads
  chunkwise-server --tokens tokens.txt --max-size 50GB --cors-origin https://app.example
  chunkwise-server --authority http://127.0.0.1:8000/whoami/ --forward Cookie
  chunkwise-server --dir /fast/partial --done-dir /big/finished --keep 30d
  chunkwise-server --log info --monitor 9100 --owner-bytes 100GB --min-free 10%
  CLOUDFLARE_ACCOUNT_ID=… CLOUDFLARE_API_TOKEN=… chunkwise-server --gateway cloudflare --dir ./videos
  chunkwise-server list --dir /srv/uploads
`
