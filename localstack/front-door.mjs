// Plays CloudFront before the local AWS, with the very function that CloudFront runs.
//
//   node localstack/front-door.mjs PORT      origins and secret from the environment:
//   FRONT_DOOR_API=http://127.0.0.1:4599/_aws/execute-api/<ApiId>/%24default
//   FRONT_DOOR_ROWS=http://127.0.0.1:9000/lambda-url/rows  FRONT_DOOR_EVENTS=…/lambda-url/events  FRONT_DOOR_SECRET=…
//
// It streams both ways, caches and compresses nothing, and ends an answer in the middle when its
// origin does: a client must see that an answer is cut short.
import http from 'node:http';
import { loadFrontDoor, viewerRequest } from '../infra/load-front-door.mjs';

const { frontDoor } = loadFrontDoor();
const env = (name) => process.env[name] ?? (() => { throw new Error(`${name} is not set`); })();
const ORIGINS = Object.fromEntries(['api', 'rows', 'events'].map((name) => [name, new URL(env(`FRONT_DOOR_${name.toUpperCase()}`))]));
const secret = env('FRONT_DOOR_SECRET');
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'host']);
let count = 0;

// Bytes of a path that HTTP does not allow, as CloudFront hands them over: percent-encoded.
const legal = (path) => path.replace(/[^\x21-\x7e]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

// The function's headers, with what CloudFront adds at the origin over whatever a client sent.
function headersFor(origin, request, incoming) {
    const headers = { host: origin.host };
    for (const [name, { value }] of Object.entries(request.headers)) {
        if (!HOP_BY_HOP.has(name)) headers[name] = value;
    }
    if (incoming.headers['transfer-encoding']) headers['transfer-encoding'] = 'chunked';
    headers['x-forwarded-for'] = incoming.socket.remoteAddress;
    headers['x-eider-front-door'] = secret;
    return headers;
}

function forward(origin, request, query, incoming, outgoing) {
    const upstream = http.request({
        agent,
        host: origin.hostname,
        port: origin.port,
        method: request.method,
        path: origin.pathname + request.uri + query,
        headers: headersFor(origin, request, incoming),
    });
    upstream.on('response', (answer) => {
        const headers = answer.rawHeaders.filter((_, i, all) => !HOP_BY_HOP.has(all[i - (i % 2)].toLowerCase()));
        outgoing.writeHead(answer.statusCode, answer.statusMessage, headers);
        outgoing.flushHeaders(); // a stream may stay silent after its head
        answer.pipe(outgoing);
        answer.on('error', () => outgoing.destroy());
        answer.on('aborted', () => outgoing.destroy());
    });
    upstream.on('error', (error) => {
        if (outgoing.headersSent) return outgoing.destroy();
        outgoing.writeHead(502, { 'content-type': 'text/plain' }).end(`the front door cannot reach the origin: ${error.message}\n`);
    });
    outgoing.on('close', () => { if (!outgoing.writableFinished) upstream.destroy(); });
    incoming.on('aborted', () => upstream.destroy());
    incoming.pipe(upstream);
}

function serve(incoming, outgoing) {
    const [, uri, query] = /^([^?]*)(.*)$/s.exec(legal(incoming.url));
    count += 1;
    const { response, origin, request } = frontDoor(viewerRequest(incoming.method, uri, incoming.headers, `local-${count}`));
    if (!response) return forward(ORIGINS[origin], request, query, incoming, outgoing);
    for (const [name, { value }] of Object.entries(response.headers)) outgoing.setHeader(name, value);
    outgoing.writeHead(response.statusCode, response.statusDescription).end(response.body.data);
    incoming.resume(); // or the client, still sending, might lose the answer
}

// No time limits of Node's own; as CloudFront, it takes paths of 8 KB and headers of 20 KB.
const server = http.createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 60000, maxHeaderSize: 32768 }, serve);
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
