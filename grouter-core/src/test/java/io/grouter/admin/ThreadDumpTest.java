package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThreadDumpTest {
    @Test
    void tellsOfTheProcessAndItsThreads() {
        assertThat(ThreadDump.text())
                .startsWith("java: ")
                .contains("\nsystem: ", "\nheap: ", "\nup: ")
                .contains("\"" + Thread.currentThread().getName() + "\" RUNNABLE")
                .contains("io.grouter.admin.ThreadDumpTest.tellsOfTheProcessAndItsThreads");
    }

    @Test
    void saysNothingThatMayBeSecret() {
        System.setProperty("grouter.test.secret", "hunter2");
        try {
            assertThat(ThreadDump.text()).doesNotContain("hunter2");
        } finally {
            System.clearProperty("grouter.test.secret");
        }
    }
}
