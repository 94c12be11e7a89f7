package io.grouter.sim;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows between packages, and which library lives where. */
class ArchitectureTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/io/grouter/testing/"))
            .importPackages("io.grouter");

    private static final String BASE = "io.grouter.";

    /** Every package with the packages of this project it may use besides itself. */
    @ParameterizedTest
    @CsvSource({
        "route, ''",
        "report, ''",
        "fib, route",
        "rib, 'route fib overrides'",
        "tls, ''",
        "nats, 'route rib report tls'",
        "state, 'route rib'",
        "overrides, 'route'",
        "steering, 'route fib overrides'",
        "gorouter, 'route'",
        "http, ''",
        "accesslog, 'route'",
        "proxy, 'route fib steering overrides gorouter http accesslog tls'",
        "admin, 'route fib rib steering gorouter overrides'",
        "link, 'route report tls'",
        "gossip, 'route fib rib report link overrides'",
        "dns, 'route fib steering report'",
        "app, 'route fib rib nats state steering gorouter proxy accesslog admin gossip dns report overrides'",
        "sim, 'route fib rib gossip app sim.scenario sim.virtual'",
        "sim.scenario, 'route app'",
        "sim.virtual, 'route fib rib nats steering overrides gossip link app sim.whatif'",
        "sim.whatif, 'route fib steering overrides app'",
    })
    void packagesUseOnlyWhatTheDesignAllows(String name, String allowed) {
        List<String> packages = new ArrayList<>();
        packages.add(BASE + name);
        Arrays.stream(allowed.split(" ")).filter(each -> !each.isEmpty()).forEach(each -> packages.add(BASE + each));
        noClasses()
                .that()
                .resideInAPackage(BASE + name)
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "packages of this project other than " + packages,
                        used -> used.getPackageName().startsWith(BASE) && !packages.contains(used.getPackageName())))
                .check(ALL);
    }

    @Test
    void thereAreNoCycles() {
        slices().matching("io.grouter.(*)..").should().beFreeOfCycles().check(ALL);
    }

    @ParameterizedTest
    @CsvSource({
        "io.nats, 'nats sim'",
        "org.jgroups, 'link'",
        "com.google.protobuf, 'gossip'",
        "org.xbill, 'dns sim'",
        "io.netty, 'http proxy dns app'",
        "com.sun.net.httpserver, 'admin sim'",
        "org.snakeyaml, 'app'",
        "picocli, 'app sim sim.virtual'",
        "ch.qos.logback, 'app sim sim.virtual'",
    })
    void everyLibraryHasItsRoom(String library, String rooms) {
        String[] packages =
                Arrays.stream(rooms.split(" ")).map(room -> BASE + room).toArray(String[]::new);
        noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library + "..")
                .check(ALL);
    }

    @Test
    void decisionsAndTablesNeverLookAtTheClock() {
        noClasses()
                .that()
                .resideInAnyPackage(BASE + "route", BASE + "steering", BASE + "rib")
                .or()
                .haveSimpleName("Protocol")
                .or()
                .haveSimpleName("FeedMonitor")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(ALL);
    }

    @Test
    void theProtocolKnowsNoTransport() {
        noClasses()
                .that()
                .haveSimpleNameStartingWith("Protocol")
                .or()
                .haveSimpleNameStartingWith("Message")
                .or()
                .resideInAPackage(BASE + "gossip")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.jgroups..")
                .check(ALL);
    }

    @Test
    void classesAreFinalUnlessMeantToBeExtended() {
        classes()
                .that()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .and()
                .areNotAnonymousClasses()
                .and()
                .areTopLevelClasses()
                .should()
                .haveModifier(JavaModifier.FINAL)
                .check(ALL);
    }
}
