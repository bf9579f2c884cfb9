// A file of a recording, as readers take it.
#pragma once

#include <string>

#include "recording/recording_reader.hpp"

namespace acts {

// With the index beside it if there is one; "-" is standard input. Nothing is opened yet.
RecordingInput recording_file(const std::string& path);

}  // namespace acts
