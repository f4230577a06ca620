package dev.loramill.events;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Refuses records that were read from JSON with a component missing that may not be null. */
final class RequiredComponents {
    private static final ClassValue<List<Component>> COMPONENTS =
            new ClassValue<>() {
                @Override
                protected List<Component> computeValue(Class<?> type) {
                    return componentsOf(type);
                }
            };

    private RequiredComponents() {}

    private record Component(String name, Method accessor, boolean isNullable) {}

    static void check(Object value) {
        check(value.getClass().getSimpleName(), value);
    }

    private static void check(String path, Object value) {
        if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                String elementPath = path + "[" + i + "]";
                Object element = list.get(i);
                if (element == null) {
                    throw new UnreadableEventException(elementPath + " is null");
                }
                check(elementPath, element);
            }
        } else if (value instanceof Record) {
            for (Component component : COMPONENTS.get(value.getClass())) {
                String componentPath = path + "." + component.name();
                Object inner = read(component.accessor(), value);
                if (inner != null) {
                    check(componentPath, inner);
                } else if (!component.isNullable()) {
                    throw new UnreadableEventException(componentPath + " is missing");
                }
            }
        }
    }

    private static @Nullable Object read(Method accessor, Object record) {
        try {
            return accessor.invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + accessor, e);
        }
    }

    private static List<Component> componentsOf(Class<?> type) {
        List<Component> components = new ArrayList<>();
        RecordComponent[] recordComponents =
                Objects.requireNonNull(type.getRecordComponents(), "not a record");
        for (RecordComponent component : recordComponents) {
            if (!component.getType().isPrimitive()) {
                Method accessor = component.getAccessor();
                boolean isNullable =
                        accessor.getAnnotatedReturnType().isAnnotationPresent(Nullable.class);
                components.add(new Component(component.getName(), accessor, isNullable));
            }
        }
        return List.copyOf(components);
    }
}
