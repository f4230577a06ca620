package dev.loramill.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.slf4j.Logger;

/** What CONTRIBUTING.md says of where things belong. */
@AnalyzeClasses(packages = "dev.loramill", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String INGEST = "dev.loramill.ingest..";
    private static final String CLEAN = "dev.loramill.clean..";
    private static final String TRAIN = "dev.loramill.train..";
    private static final String WORKER = "dev.loramill.worker..";
    private static final String TRAINER = "dev.loramill.trainer..";
    private static final String SERVE = "dev.loramill.serve..";
    private static final String[] SERVICES = {INGEST, CLEAN, TRAIN, WORKER, TRAINER, SERVE};
    private static final String HTTP = "dev.loramill.http..";
    private static final String PROCESS = "dev.loramill.process..";
    private static final String[] LIBRARIES = {
        "dev.loramill.events..",
        PROCESS,
        "dev.loramill.artifacts..",
        "dev.loramill.messaging..",
        "dev.loramill.outbox..",
        HTTP,
        "dev.loramill.paging..",
        "dev.loramill.llama..",
        "dev.loramill.samples.."
    };
    private static final String[] QUARKUS_LIBRARIES = {
        HTTP,
        "dev.loramill.artifacts..",
        "dev.loramill.messaging..",
        "dev.loramill.outbox..",
        "dev.loramill.paging.."
    };
    private static final Pattern LLAMA = Pattern.compile("/libraries/llama/");
    private static final Set<String> LOG_METHODS =
            Set.of("trace", "debug", "info", "warn", "error");
    private static final Pattern BANNED_NAME =
            Pattern.compile(".*(Manager|Helper|Utils?|Common|Impl|Data|Info)|.+Processor");

    /** A rule over no classes passes, so a module that is missing here must be noticed. */
    @ArchTest
    static void allModulesAreLookedAt(JavaClasses classes) {
        Set<String> modules =
                classes.stream()
                        .map(JavaClass::getPackageName)
                        .filter(name -> name.startsWith("dev.loramill."))
                        .map(name -> name.split("\\.", -1)[2])
                        .collect(Collectors.toSet());
        assertThat(modules)
                .contains(
                        "events",
                        "process",
                        "artifacts",
                        "messaging",
                        "outbox",
                        "http",
                        "paging",
                        "llama",
                        "ingest",
                        "clean",
                        "train",
                        "worker",
                        "trainer",
                        "serve",
                        "topics",
                        "local");
    }

    @ArchTest
    static final ArchRule eventsDependOnNothingOfOurs =
            noClasses()
                    .that()
                    .resideInAPackage("dev.loramill.events..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("dev.loramill..")
                                    .and(outside("dev.loramill.events..")));

    @ArchTest
    static final ArchRule librariesDependOnNoService =
            noClasses()
                    .that()
                    .resideInAnyPackage(LIBRARIES)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(SERVICES);

    @ArchTest static final ArchRule ingestDependsOnNoOtherService = independent(INGEST);

    @ArchTest static final ArchRule cleanDependsOnNoOtherService = independent(CLEAN);

    @ArchTest static final ArchRule trainDependsOnNoOtherService = independent(TRAIN);

    @ArchTest static final ArchRule serveDependsOnNoOtherService = independent(SERVE);

    /** The agent knows the trainer by its command line only. */
    @ArchTest static final ArchRule workerDependsOnNoOtherService = independent(WORKER);

    @ArchTest static final ArchRule trainerDependsOnNoService = independent(TRAINER);

    @ArchTest
    static final ArchRule nothingShippedDependsOnTheLauncher =
            noClasses()
                    .that()
                    .resideInAnyPackage(SERVICES)
                    .or()
                    .resideInAnyPackage(LIBRARIES)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.loramill.local..");

    @ArchTest
    static final ArchRule onlyListenersConsumeFromKafka =
            noClasses()
                    .that()
                    .resideInAnyPackage(SERVICES)
                    .and(areNot("Listener"))
                    .should()
                    .dependOnClassesThat(type(org.apache.kafka.clients.consumer.Consumer.class));

    /** Whoever makes one by itself reaches no broker with TLS, SASL or tuning. */
    @ArchTest
    static final ArchRule clientsOfKafkaAreMadeByTheExtension =
            noClasses()
                    .that()
                    .resideInAnyPackage(SERVICES)
                    .should()
                    .dependOnClassesThat(
                            type(org.apache.kafka.clients.consumer.KafkaConsumer.class)
                                    .or(type(org.apache.kafka.clients.producer.KafkaProducer.class))
                                    .or(type(org.apache.kafka.clients.admin.Admin.class)));

    @ArchTest
    static final ArchRule httpDoorsDependOnNothingOfOurs =
            noClasses()
                    .that()
                    .resideInAPackage(HTTP)
                    .should()
                    .dependOnClassesThat(resideInAPackage("dev.loramill..").and(outside(HTTP)));

    @ArchTest
    static final ArchRule onlyResourcesAndClientsKnowHttp =
            noClasses()
                    .that()
                    .resideInAPackage("dev.loramill..")
                    .and(areNot("Resource"))
                    .and(areNot("Client"))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("jakarta.ws.rs..");

    @ArchTest
    static final ArchRule onlyTheTrainerKnowsLibtorch =
            noClasses()
                    .that()
                    .resideInAPackage("dev.loramill..")
                    .and(outside(TRAINER))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.bytedeco..");

    /** Models for tests, broken adapters among them, commands and benches stay out of services. */
    @ArchTest
    static final ArchRule nothingShippedHoldsTestModelsOrCommands =
            noClasses()
                    .that()
                    .resideInAnyPackage(SERVICES)
                    .and(
                            outside("dev.loramill.trainer.bench..")
                                    .and(outside("dev.loramill.trainer.stress..")))
                    .or()
                    .resideInAnyPackage(LIBRARIES)
                    .and(
                            outside("dev.loramill.llama.cli..")
                                    .and(outside("dev.loramill.llama.tiny..")))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("dev.loramill.llama.tiny..", "dev.loramill.llama.cli..");

    /**
     * What only benches, trials and tests use belongs to llama-cli or llama-testing, whatever its
     * package. A command fetches libraries; tiny models are quantized for tests, as anybody's may.
     */
    @ArchTest
    static void llamaHoldsNothingThatOnlyBenchesUse(JavaClasses classes) {
        Set<JavaClass> library =
                classes.stream()
                        .filter(javaClass ->
                                javaClass
                                        .getSource()
                                        .map(source -> source.getUri().toString())
                                        .filter(LLAMA.asPredicate())
                                        .isPresent())
                        .filter(javaClass -> !javaClass.getSimpleName().equals("package-info"))
                        .collect(Collectors.toSet());
        DescribedPredicate<JavaClass> shipped =
                resideInAnyPackage(SERVICES)
                        .and(outside("dev.loramill.trainer.bench.."))
                        .and(outside("dev.loramill.trainer.stress.."))
                        .or(type(dev.loramill.llama.natives.FetchNatives.class))
                        .or(type(dev.loramill.llama.quantization.Quantizer.class));
        Set<JavaClass> used = new HashSet<>();
        Deque<JavaClass> open = new ArrayDeque<>(classes.that(shipped));
        while (!open.isEmpty()) {
            JavaClass next = open.removeFirst();
            if (used.add(next)) {
                next.getDirectDependenciesFromSelf().stream()
                        .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                        .filter(library::contains)
                        .forEach(open::addLast);
            }
        }
        assertThat(library).isNotEmpty();
        assertThat(library)
                .filteredOn(javaClass -> javaClass.isTopLevelClass() && !used.contains(javaClass))
                .extracting(JavaClass::getName)
                .as("classes of libraries/llama that nothing shipped uses")
                .isEmpty();
    }

    @ArchTest
    static final ArchRule uncheckedAdaptersAreForTrialsInTheirOwnProcess =
            noClasses()
                    .that()
                    .resideInAPackage("dev.loramill..")
                    .and()
                    .areNotAssignableTo(dev.loramill.llama.binding.LoraAdapter.class)
                    .and()
                    .doNotHaveFullyQualifiedName("dev.loramill.llama.cli.UncheckedTrial")
                    .should()
                    .accessTargetWhere(
                            DescribedPredicate.describe(
                                    "is LoraAdapter.loadUnchecked",
                                    access -> access.getName().equals("loadUnchecked")));

    /** One dialect: a constant sentence with key-values, which docs/operations.md lists. */
    @ArchTest
    static final ArchRule logLinesAreSentencesWithKeys =
            noClasses()
                    .that()
                    .resideInAPackage("dev.loramill..")
                    .should()
                    .accessTargetWhere(
                            DescribedPredicate.describe(
                                    "is trace, debug, info, warn or error of a Logger",
                                    access ->
                                            access.getTargetOwner().isAssignableTo(Logger.class)
                                                    && LOG_METHODS.contains(access.getName())));

    /** The others run a program of somebody else: Python, pip, npm, keytool, postgres. */
    @ArchTest
    static final ArchRule childrenAreStartedInOneWay =
            noClasses()
                    .that()
                    .resideInAPackage("dev.loramill..")
                    .and(outside(PROCESS))
                    .and()
                    .doNotHaveFullyQualifiedName("dev.loramill.llama.cli.PythonPeer")
                    .and()
                    .doNotHaveFullyQualifiedName("dev.loramill.llama.natives.FetchNatives")
                    .and()
                    .doNotHaveFullyQualifiedName("dev.loramill.local.base.PipDownload")
                    .and()
                    .doNotHaveFullyQualifiedName("dev.loramill.local.KafkaSecurity")
                    .and()
                    .doNotHaveFullyQualifiedName("dev.loramill.local.LocalPostgres")
                    .should()
                    .dependOnClassesThat(type(ProcessBuilder.class));

    @ArchTest
    static final ArchRule foreignMemoryIsTouchedByModelsOnly =
            noClasses()
                    .that()
                    .resideInAPackage("dev.loramill..")
                    .and(outside("dev.loramill.llama..").and(outside(TRAINER)))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("java.lang.foreign..");

    @ArchTest
    static final ArchRule nativeFunctionsAreBoundInOnePackage =
            noClasses()
                    .that()
                    .resideInAPackage("dev.loramill..")
                    .and(outside("dev.loramill.llama.."))
                    .should()
                    .dependOnClassesThat(type(java.lang.foreign.Linker.class));

    /**
     * What every service would write again (its doors, its messages, the bean of its store) is a
     * matter of the framework.
     */
    @ArchTest
    static final ArchRule otherLibrariesKnowNoFramework =
            noClasses()
                    .that(
                            resideInAnyPackage(LIBRARIES)
                                    .and(not(resideInAnyPackage(QUARKUS_LIBRARIES)))
                                    .or(resideInAPackage(TRAINER)))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.quarkus..", "io.smallrye..", "jakarta..");

    @ArchTest
    static final ArchRule featurePackagesFormNoCycles =
            slices().matching("dev.loramill.(*).(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule namesSayHowThingsWork =
            classes()
                    .that()
                    .resideInAPackage("dev.loramill..")
                    .should(
                            notBe(
                                    "named by an empty suffix",
                                    javaClass ->
                                            BANNED_NAME.matcher(javaClass.getSimpleName()).matches()
                                                    || (javaClass.getSimpleName().endsWith("Base")
                                                            && javaClass
                                                                    .getModifiers()
                                                                    .contains(
                                                                            JavaModifier
                                                                                    .ABSTRACT))));

    @ArchTest
    static final ArchRule everyPackageSaysWhatMayBeNull =
            classes()
                    .that()
                    .resideInAPackage("dev.loramill..")
                    .should(
                            notBe(
                                    "in a package without @NullMarked",
                                    javaClass ->
                                            !javaClass
                                                    .getPackage()
                                                    .isAnnotatedWith(NullMarked.class)));

    private static ArchRule independent(String service) {
        return noClasses()
                .that()
                .resideInAPackage(service)
                .should()
                .dependOnClassesThat(resideInAnyPackage(SERVICES).and(outside(service)));
    }

    private static DescribedPredicate<JavaClass> outside(String packageIdentifier) {
        return DescribedPredicate.not(resideInAPackage(packageIdentifier));
    }

    /** Classes whose outermost class does not end so. */
    private static DescribedPredicate<JavaClass> areNot(String suffix) {
        return DescribedPredicate.describe(
                "are no *" + suffix,
                javaClass -> {
                    JavaClass outermost = javaClass;
                    while (outermost.getEnclosingClass().isPresent()) {
                        outermost = outermost.getEnclosingClass().get();
                    }
                    return !outermost.getSimpleName().endsWith(suffix)
                            // Quarkus generates classes beside ours.
                            && !outermost.getName().contains(suffix + "_")
                            && !outermost.getName().contains(suffix + "$");
                });
    }

    private static ArchCondition<JavaClass> notBe(String fault, Predicate<JavaClass> isFaulty) {
        return new ArchCondition<>("not be " + fault) {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                boolean hasFault = isFaulty.test(javaClass);
                events.add(
                        new SimpleConditionEvent(
                                javaClass, !hasFault, javaClass.getName() + " is " + fault));
            }
        };
    }
}
