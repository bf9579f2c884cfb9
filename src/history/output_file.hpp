// A result's file, which appears under its name whole and on the disk, or not at all. Blocking.
#pragma once

#include <string>

#include "acts/base/result.hpp"

#include "recording/file_ops.hpp"

namespace acts::history {

// Errors: kUsage: it is below `catalog`, where only imports write; links and folders that are not there yet looked
// through.
Result<void> check_output(const std::string& output, const std::string& catalog);

// Where it is written: "FILE.part".
std::string part_of(const std::string& output);

// Brings part_of(output) to the disk, then puts it in the place of whatever was there. Errors: kStorage.
Result<void> put_in_place(FileOps& ops, const std::string& output);

}  // namespace acts::history
