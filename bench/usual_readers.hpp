// The readers of the two programs of the usual form: a general JSON parser, exact decimals, a std::map a side.
#pragma once

#include <memory>

#include "map_book.hpp"
#include "recorded_depth.hpp"

namespace acts::bench {

class SimdjsonReader {
 public:
  SimdjsonReader();
  ~SimdjsonReader();
  // Every line, updates before the snapshot behind it, as the documented procedure has it.
  void take_all(const RecordedDepth& depth, MapBook& book);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

class NlohmannReader {
 public:
  static void take_all(const RecordedDepth& depth, MapBook& book);
};

}  // namespace acts::bench
