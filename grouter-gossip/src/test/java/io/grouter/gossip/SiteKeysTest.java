package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grouter.route.SiteId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SiteKeysTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");
    private static final byte[] TEXT = "statement".getBytes(StandardCharsets.US_ASCII);

    private final SiteKeys.Generated one = SiteKeys.generate();
    private final SiteKeys.Generated two = SiteKeys.generate();
    private final SiteKeys dc1 = keys(DC1, one);
    private final SiteKeys dc2 = keys(DC2, two);

    private SiteKeys keys(SiteId site, SiteKeys.Generated own) {
        return new SiteKeys(
                site, own.privateKey(), Map.of(DC1, List.of(one.publicKey()), DC2, List.of(two.publicKey())));
    }

    @Test
    void oneSiteChecksWhatAnotherSigned() {
        byte[] signature = dc1.signature(TEXT);
        assertThat(dc2.check(DC1, dc1.ownId(), TEXT, signature)).isEqualTo(SiteKeys.Verdict.GOOD);
        assertThat(dc2.check(DC2, dc1.ownId(), TEXT, signature)).isEqualTo(SiteKeys.Verdict.UNKNOWN_KEY);
        assertThat(dc2.check(DC2, dc2.ownId(), TEXT, signature)).isEqualTo(SiteKeys.Verdict.WRONG);
        assertThat(dc2.check(new SiteId("dc3"), dc1.ownId(), TEXT, signature)).isEqualTo(SiteKeys.Verdict.UNKNOWN_SITE);
        assertThat(dc2.check(DC1, dc1.ownId(), new byte[] {1}, signature)).isEqualTo(SiteKeys.Verdict.WRONG);
        assertThat(dc2.check(DC1, dc1.ownId(), TEXT, new byte[0])).isEqualTo(SiteKeys.Verdict.WRONG);
        signature[5] ^= 1;
        assertThat(dc2.check(DC1, dc1.ownId(), TEXT, signature)).isEqualTo(SiteKeys.Verdict.WRONG);
    }

    @Test
    void aSiteChangesItsKeyWithoutAPause() {
        SiteKeys.Generated next = SiteKeys.generate();
        Map<SiteId, List<String>> both =
                Map.of(DC1, List.of(one.publicKey(), next.publicKey()), DC2, List.of(two.publicKey()));
        dc2.trust(both);
        SiteKeys changed = new SiteKeys(DC1, next.privateKey(), both);
        assertThat(dc2.check(DC1, dc1.ownId(), TEXT, dc1.signature(TEXT))).isEqualTo(SiteKeys.Verdict.GOOD);
        assertThat(dc2.check(DC1, changed.ownId(), TEXT, changed.signature(TEXT)))
                .isEqualTo(SiteKeys.Verdict.GOOD);
        dc2.trust(Map.of(DC1, List.of(next.publicKey()), DC2, List.of(two.publicKey())));
        assertThat(dc2.check(DC1, dc1.ownId(), TEXT, dc1.signature(TEXT))).isEqualTo(SiteKeys.Verdict.UNKNOWN_KEY);
    }

    @Test
    void aConfigurationWithoutTheOwnKeyIsNotTaken() {
        assertThatThrownBy(() -> dc2.trust(Map.of(DC1, List.of(one.publicKey()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sites");
        assertThat(dc2.sites()).containsExactly(DC1, DC2);
    }

    @Test
    void keysThatDoNotBelongTogetherOrAreNoneAreRefused() {
        assertThatThrownBy(() -> keys(DC1, two)).hasMessageContaining("signingKey: does not belong");
        assertThatThrownBy(() -> new SiteKeys(DC1, "abc", Map.of())).hasMessageContaining("44 characters");
        assertThatThrownBy(() -> new SiteTrust(DC1, List.of("%%"))).hasMessageContaining("keys: is no key");
        assertThatThrownBy(() -> new SiteTrust(DC1, List.of())).hasMessageContaining("one or two");
    }

    @Test
    void withoutKeysNothingIsSignedAndAnythingGoes() {
        SiteKeys none = new SiteKeys(DC1, "", Map.of());
        assertThat(none.on()).isFalse();
        assertThat(none.signature(TEXT)).isEmpty();
        assertThat(none.check(DC2, 0, TEXT, new byte[0])).isEqualTo(SiteKeys.Verdict.GOOD);
    }
}
