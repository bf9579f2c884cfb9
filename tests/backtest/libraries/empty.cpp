// No library of strategies.
extern "C" int acts_no_strategy();
extern "C" int acts_no_strategy() { return 0; }
