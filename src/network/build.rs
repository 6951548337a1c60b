pub struct Builder; pub struct BuildReport;
