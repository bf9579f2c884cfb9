// The rows of the bundled recording into a file (rows_file.hpp): write_rows FILE
#include "recorded_rows.hpp"

int main(int count, char** words) {
  if (count != 2) return 2;
  acts::bench::write_rows(acts::bench::recorded_rows(), words[1]);
}
