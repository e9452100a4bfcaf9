def read_body(get_response):
    """What many a project has, to log requests: reads the whole body, which Django refuses beyond its memory limit."""

    def middleware(request):
        if request.path.startswith("/api/logged/"):
            _ = request.body
        return get_response(request)

    return middleware
