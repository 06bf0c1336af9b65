// Loads front-door.js as CloudFront would: its import line gives way to a stand-in for `cf`.
//
//   const { frontDoor } = loadFrontDoor()          frontDoor(event) -> {origin, request} or {response}
//   node infra/load-front-door.mjs < pairs.json    [["GET", "/tables"], …] -> ["api", …]
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const FILE = new URL('front-door.js', import.meta.url);

export function loadFrontDoor(file = FILE) {
    const source = readFileSync(file, 'utf8').replace(/^import cf from 'cloudfront';$/m, '');
    let origin;
    const sandbox = { cf: { selectRequestOriginById: (id) => { origin = id; } } };
    vm.createContext(sandbox);
    vm.runInContext(`${source}\n;globalThis.table = STREAMING; globalThis.limit = MAX_BODY_BYTES;`, sandbox, { filename: 'front-door.js' });
    const frontDoor = (event) => {
        origin = undefined;
        const result = sandbox.handler(event);
        return 'statusCode' in result ? { response: result } : { origin, request: result };
    };
    return { frontDoor, table: sandbox.table, maxBodyBytes: sandbox.limit };
}

// An event as CloudFront makes it, with the parts that the function reads. Header names in lower case.
export function viewerRequest(method, uri, headers = {}, requestId = 'test-request') {
    const values = Object.entries(headers).map(([name, value]) => [name, { value: String(value) }]);
    return {
        version: '1.0',
        context: { eventType: 'viewer-request', requestId },
        viewer: { ip: '127.0.0.1' },
        request: { method, uri, querystring: {}, headers: Object.fromEntries(values), cookies: {} },
    };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const { frontDoor } = loadFrontDoor();
    const pairs = JSON.parse(readFileSync(0, 'utf8'));
    console.log(JSON.stringify(pairs.map(([method, uri]) => frontDoor(viewerRequest(method, uri)).origin)));
}
