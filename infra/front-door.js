import cf from 'cloudfront';

// The front door: CloudFront's viewer-request function (runtime cloudfront-js-2.0, which knows no
// optional chaining, no destructuring and no for-of). Behaviours of a distribution match coarse
// path patterns, so there is one, and this function chooses the origin by method and segments.
// Tests and the local AWS run this same file in Node without its first line: no `export` here.
// infra/front-door.yaml carries a copy for CloudFormation; `tools/contracts --write` renews it.

// Routes whose answers stream. `{x}` is one segment, not empty; ANY is every method, so that the
// function itself answers 405, OPTIONS and CORS. Whatever is not here goes to the HTTP API.
const STREAMING = [
    { method: 'ANY', path: '/tables/{table_name}/data', origin: 'rows' },
    { method: 'ANY', path: '/tables/{table_name}/changes', origin: 'rows' },
    { method: 'ANY', path: '/tables/{table_name}/query', origin: 'rows' },
    { method: 'ANY', path: '/query', origin: 'rows' },
    { method: 'ANY', path: '/jobs/events', origin: 'events' },
    { method: 'ANY', path: '/jobs/{job_name}/runs/{run_id}/events', origin: 'events' },
    { method: 'ANY', path: '/events/jobs', origin: 'events' },
];

// Lambda takes 6 MB with the body in base64 and the headers around it, behind either origin.
const MAX_BODY_BYTES = 4500000;

function matches(route, method, segments) {
    const pattern = route.path.split('/');
    return (route.method === 'ANY' || route.method === method)
        && pattern.length === segments.length
        && pattern.every((part, i) => (part[0] === '{' ? segments[i] !== '' : part === segments[i]));
}

// The segments are compared as the client wrote them: `%2F` does not split one, `..` is a name.
function chooseOrigin(method, uri) {
    const segments = uri.split('/');
    const route = STREAMING.find((candidate) => matches(candidate, method, segments));
    return route ? route.origin : 'api';
}

// As shared/web answers it (RFC 9457), so that a client sees one kind of error.
function payloadTooLarge(event) {
    const sent = event.request.headers['x-request-id'];
    const requestId = sent && /^[\x21-\x7e]{1,128}$/.test(sent.value) ? sent.value : event.context.requestId;
    const problem = {
        type: 'urn:eider:problem:payload_too_large',
        title: 'Payload Too Large',
        status: 413,
        detail: `The body is over the limit of ${MAX_BODY_BYTES} bytes. Send it in several appends, `
            + 'each with an Idempotency-Key of its own.',
        instance: event.request.uri,
        error_code: 'PAYLOAD_TOO_LARGE',
        timestamp: new Date().toISOString(),
        request_id: requestId,
        retryable: false,
    };
    return {
        statusCode: 413,
        statusDescription: 'Payload Too Large',
        headers: {
            'content-type': { value: 'application/problem+json' },
            'cache-control': { value: 'no-store' },
            'x-request-id': { value: requestId },
        },
        body: { encoding: 'text', data: JSON.stringify(problem) },
    };
}

function handler(event) {
    const request = event.request;
    const length = request.headers['content-length'];
    if (length && Number(length.value) > MAX_BODY_BYTES) {
        return payloadTooLarge(event);
    }
    // HTTP APIs decode the path and lambda_http collapses `..`: functions route by this copy, which
    // they believe only beside the secret. CloudFront sets that header at the origin, over any the
    // client sent; removing the client's here keeps it from an origin that sets none.
    request.headers['x-eider-path'] = { value: request.uri };
    delete request.headers['x-eider-front-door'];
    cf.selectRequestOriginById(chooseOrigin(request.method, request.uri));
    return request;
}
