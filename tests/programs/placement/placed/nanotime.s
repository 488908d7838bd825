// Empty. With an assembly file in the package, the compiler accepts nanotime without a body.
