// What the front door does with a request: node --test infra/
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadFrontDoor, viewerRequest } from './load-front-door.mjs';

const { frontDoor, maxBodyBytes } = loadFrontDoor();
const origin = (method, uri) => frontDoor(viewerRequest(method, uri)).origin;

// Method, path, origin: every route of the API, then what looks like one.
const ROUTES = [
    ['GET', '/', 'api'],
    ['GET', '/health', 'api'],
    ['GET', '/status', 'api'],
    ['GET', '/config/summary', 'api'],
    ['GET', '/config/ducklake', 'api'],
    ['POST', '/config/ducklake/reconnect', 'api'],
    ['GET', '/openapi.json', 'api'],
    ['GET', '/docs', 'api'],
    ['GET', '/redoc', 'api'],
    ['GET', '/tables', 'api'],
    ['POST', '/tables', 'api'],
    ['GET', '/tables/flights', 'api'],
    ['PUT', '/tables/flights', 'api'],
    ['DELETE', '/tables/flights', 'api'],
    ['GET', '/tables/flights/data', 'rows'],
    ['HEAD', '/tables/flights/data', 'rows'],
    ['OPTIONS', '/tables/flights/data', 'rows'],
    ['PUT', '/tables/flights/data', 'rows'],
    ['POST', '/tables/flights/query', 'rows'],
    ['POST', '/query', 'rows'],
    ['GET', '/tables/flights/changes', 'rows'],
    ['GET', '/tables/flights/snapshots', 'api'],
    ['GET', '/tables/data', 'api'],
    ['GET', '/tables/query', 'api'],
    ['GET', '/tables//data', 'api'],
    ['GET', '//tables/flights/data', 'api'],
    ['GET', '/tables/flights/data/', 'api'],
    ['GET', '/tables/flights/DATA', 'api'],
    ['GET', '/tables/flights/data/more', 'api'],
    ['GET', '/query/', 'api'],
    ['GET', '/jobs', 'api'],
    ['GET', '/jobs/load', 'api'],
    ['GET', '/jobs/events', 'events'],
    ['OPTIONS', '/jobs/events', 'events'],
    ['GET', '/jobs/load/events', 'api'],
    ['PUT', '/jobs/load/runs/1/complete', 'api'],
    ['GET', '/jobs/load/runs/1/events', 'events'],
    ['GET', '/jobs/load/runs//events', 'api'],
    ['GET', '/events/jobs', 'events'],
    ['GET', '/events', 'api'],
    ['GET', '/nothing/here', 'api'],
];

// Names as a client may write them in the place of {table_name}.
const NAMES = [
    'a%2Fb', 'a%252Fb', '100%25', 'a%3Fb', 'a%23b', 'a%20b', 'a+b', '%C3%A9t%C3%A9', '%F0%9F%A6%86', '%FF', '%',
    '%22a.b%22.t', 'main.t', '.', '..', '%2E%2E', 'data', 'query', 'tables', '{table_name}', 'a;b', 'a:b@c', "o'hara",
];

test('each route goes to its origin', () => {
    for (const [method, uri, expected] of ROUTES) {
        assert.equal(origin(method, uri), expected, `${method} ${uri}`);
    }
});

test('odd names are one segment and reach the origin as they were sent', () => {
    for (const name of NAMES) {
        for (const [path, expected] of [[`/tables/${name}`, 'api'], [`/tables/${name}/data`, 'rows'], [`/tables/${name}/query`, 'rows']]) {
            const { origin: chosen, request } = frontDoor(viewerRequest('GET', path));
            assert.equal(chosen, expected, path);
            assert.equal(request.uri, path);
            assert.equal(request.headers['x-eider-path'].value, path);
        }
    }
});

test('a segment written with escapes is another segment', () => {
    assert.equal(origin('GET', '/%74ables/t/data'), 'api');
    assert.equal(origin('GET', '/tables/t%2Fdata'), 'api');
    assert.equal(origin('GET', '/x/../query'), 'api');
});

test('a client can set neither the path nor the secret', () => {
    const sent = { 'x-eider-path': '/tables/other', 'x-eider-front-door': 'guess', authorization: 'Bearer mine' };
    const { request } = frontDoor(viewerRequest('GET', '/tables/mine', sent));
    assert.equal(request.headers['x-eider-path'].value, '/tables/mine');
    assert.equal('x-eider-front-door' in request.headers, false);
    assert.deepEqual(request.headers.authorization, { value: 'Bearer mine' });
});

test('a header sent twice is replaced as a whole', () => {
    const event = viewerRequest('GET', '/tables/mine');
    event.request.headers['x-eider-path'] = { value: '/a', multiValue: [{ value: '/a' }, { value: '/b' }] };
    assert.equal(JSON.stringify(frontDoor(event).request.headers['x-eider-path']), '{"value":"/tables/mine"}');
});

test('a body over the limit is refused for either origin, and the largest is not', () => {
    for (const path of ['/tables/t', '/query']) {
        assert.ok(frontDoor(viewerRequest('PUT', path, { 'content-length': maxBodyBytes })).request);
        const { response } = frontDoor(viewerRequest('PUT', path, { 'content-length': maxBodyBytes + 1, 'x-request-id': 'mine' }));
        assert.equal(response.statusCode, 413);
        assert.equal(response.headers['content-type'].value, 'application/problem+json');
        assert.equal(response.headers['x-request-id'].value, 'mine');
        const problem = JSON.parse(response.body.data);
        assert.deepEqual(Object.keys(problem), ['type', 'title', 'status', 'detail', 'instance', 'error_code', 'timestamp', 'request_id', 'retryable']);
        assert.equal(problem.error_code, 'PAYLOAD_TOO_LARGE');
        assert.equal(problem.instance, path);
        assert.equal(problem.request_id, 'mine');
        assert.match(problem.detail, /several appends/);
        assert.match(problem.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
});

test('a request id that could not be a header is not repeated', () => {
    const { response } = frontDoor(viewerRequest('PUT', '/tables/t', { 'content-length': 1e9, 'x-request-id': 'a\u0007b' }, 'edge'));
    assert.equal(JSON.parse(response.body.data).request_id, 'edge');
});

test('the base64 of the largest body fits into Lambda beside 128 KB of headers', () => {
    assert.ok(Math.ceil(maxBodyBytes / 3) * 4 + 128 * 1024 <= 6 * 1024 * 1024);
});

test('the file is one that CloudFront can run: small, and in the language of its runtime', () => {
    const source = readFileSync(new URL('front-door.js', import.meta.url), 'utf8');
    assert.ok(Buffer.byteLength(source) < 10 * 1024, 'a function may have 10 KB');
    assert.equal(source.split('\n')[0], "import cf from 'cloudfront';");
    const code = source.replace(/\/\/.*$/gm, '');
    for (const unknown of [/\?\./, /\?\?/, /\bof\b.*\)\s*\{/, /\bexport\b/, /\brequire\b/, /(const|let|var)\s*[[{]/]) {
        assert.doesNotMatch(code, unknown);
    }
});
