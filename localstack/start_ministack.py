"""Starts MiniStack as tools/stack wants it; run by the Python of its own virtual environment."""

import inspect
import socketserver

from ministack.app import main
from ministack.services import apigateway

# Its runtime API writes headers and body apart: Nagle's algorithm adds 40 ms to each warm call.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

# It answers every OPTIONS itself. AWS does so only for an API with CORS settings, and ours has none:
# there an OPTIONS reaches the function by its ANY route.
route = inspect.getsource(apigateway._handle_execute_in_scope)
changed = route.replace('if method == "OPTIONS":', 'if method == "OPTIONS" and cors_cfg:')
assert changed != route, "MiniStack routes OPTIONS in another way now: look at it again"
exec(changed, vars(apigateway))

main()
