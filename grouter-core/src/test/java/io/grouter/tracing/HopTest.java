package io.grouter.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HopTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";

    @Test
    void aTraceGoesOnUnderASpanOfItsOwn() {
        Hop hop = Objects.requireNonNull(Hop.below("00-" + TRACE + "-" + PARENT + "-01"));
        assertThat(hop.traceId()).isEqualTo(TRACE);
        assertThat(hop.parentId()).isEqualTo(PARENT);
        assertThat(hop.sampled()).isTrue();
        assertThat(hop.isFirst()).isFalse();
        assertThat(hop.spanId()).matches("[0-9a-f]{16}").isNotEqualTo(PARENT);
        assertThat(hop.traceparent()).isEqualTo("00-" + TRACE + "-" + hop.spanId() + "-01");
        assertThat(Objects.requireNonNull(Hop.below(hop.traceparent())).parentId())
                .isEqualTo(hop.spanId());
    }

    @Test
    void whetherItIsRecordedIsForTheFirstToSay() {
        Hop hop = Objects.requireNonNull(Hop.below("00-" + TRACE + "-" + PARENT + "-00"));
        assertThat(hop.sampled()).isFalse();
        assertThat(hop.traceparent()).endsWith("-00");
        assertThat(Hop.first(true).sampled()).isTrue();
        assertThat(Hop.first(false).traceparent()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-02");
    }

    @Test
    void flagsNotKnownAreNotPassedOn() {
        assertThat(Objects.requireNonNull(Hop.below("00-" + TRACE + "-" + PARENT + "-ff"))
                        .traceparent())
                .endsWith("-03");
    }

    @ParameterizedTest
    @ValueSource(strings = {"01-" + TRACE + "-" + PARENT + "-01", "cc-" + TRACE + "-" + PARENT + "-01-what-will-be"})
    void ofALaterVersionCountsWhatIsKnown(String traceparent) {
        assertThat(Objects.requireNonNull(Hop.below(traceparent)).traceparent()).startsWith("00-" + TRACE + "-");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-" + TRACE + "-" + PARENT + "-01",
                "00-" + TRACE + "-" + PARENT + "-01-more",
                "01-" + TRACE + "-" + PARENT + "-01more",
                "00-00000000000000000000000000000000-" + PARENT + "-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-" + PARENT + "-01",
                "00-" + TRACE + "-" + PARENT + "-0g",
                "00-" + TRACE + "-" + PARENT + "-1",
                "00_" + TRACE + "-" + PARENT + "-01",
                "00-" + TRACE + "-" + PARENT + " -01"
            })
    void whatIsNoneIsNotRead(String traceparent) {
        assertThat(Hop.below(traceparent)).isNull();
    }
}
