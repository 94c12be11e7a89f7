package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectableTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: x\n",
                "HEAD / HTTP/1.1\nHost: x\nAccept: */*\nContent-Type: text/plain\nX-Cookie: 1\n",
                "GET / HTTP/1.1\nHost: x\nReferer: y\nUser-Agent: z\nContent-Length: 3\n",
                "GET / HTTP/1.1\nHost: x:80\nReferer: http://x:8080/\n",
                "GET / HTTP/1.1\nHost: x\nReferer: http://x.y/\n",
                "GET / HTTP/1.1\nHost: x\nReferer: https://y/?http://x/\n",
                "GET / HTTP/1.1\nHost: x\nReferer: http://\n",
                "GET / HTTP/1.1\nHost:\nReferer: http:///\n",
                "GET / HTTP/1.1\nHost: x\nReferer: x\n",
                "GET / HTTP/1.1\nHost: x\nReferer: https://x/\nSec-Fetch-Site: none\n",
                "GET / HTTP/1.1\nHost: x\nSec-Fetch-Site: same-site\nSec-Fetch-Mode: navigate\n",
            })
    void anOrdinaryGetMayBeRedirected(String request) {
        assertThat(Redirectable.is(CdnLoopTest.request(request))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\nHost: x\nContent-Length: 0\n",
                "OPTIONS / HTTP/1.1\nHost: x\n",
                "GETS / HTTP/1.1\nHost: x\n",
                "GET / HTTP/1.1\nHost: x\nAuthorization: Basic eA==\n",
                "GET / HTTP/1.1\nHost: x\nProxy-Authorization: Basic eA==\n",
                "GET / HTTP/1.1\nHost: x\ncookie: a=b\n",
                "GET / HTTP/1.1\nHost: x\nUpgrade: websocket\n",
                "GET / HTTP/1.1\nHost: x\nX-CF-Proxy-Signature: s\n",
                "HEAD / HTTP/1.1\nHost: x\nOrigin: https://y\n",
                "GET / HTTP/1.1\nHost: x\nSec-Fetch-Site: same-origin\n",
                "GET / HTTP/1.1\nHost: x:8080\nReferer: http://x:8080/page?a\n",
                "GET / HTTP/1.1\nHost: x\nReferer: https://x\n",
                "GET / HTTP/1.1\nHost: x\nContent-Type: application/grpc+proto\n",
            })
    void whatWouldLoseSomethingMayNot(String request) {
        assertThat(Redirectable.is(CdnLoopTest.request(request))).isFalse();
    }
}
